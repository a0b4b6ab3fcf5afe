package raster

import (
	"image"
	"image/color"
	"math"
)

// Scale gives m in the size w × h. It averages with a Catmull-Rom kernel, on colours with their alpha multiplied in, so
// that what is transparent lends no colour to its neighbours. One row of m at a time is converted and added to the few
// rows of the result that it touches: beside the result, memory goes by the widths, not by the heights.
func Scale(m image.Image, w, h int) *image.NRGBA {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	if w <= 0 || h <= 0 || b.Empty() {
		return out
	}
	across, down := kernel(b.Dx(), w), kernel(b.Dy(), h)
	read := reader(m)
	source := make([]float32, 4*b.Dx())
	row := make([]float32, 4*w)
	sums := map[int][]float32{} // rows of the result that are under way
	var free [][]float32
	first := 0 // of them
	for y := range b.Dy() {
		read(b.Min.Y+y, source)
		squeeze(row, source, across)
		for d := first; d < h && down[d].first <= y; d++ {
			k := down[d]
			i := y - k.first
			if i >= len(k.weights) {
				continue
			}
			sum := sums[d]
			if sum == nil {
				if n := len(free); n > 0 {
					sum, free = free[n-1], free[:n-1]
					clear(sum)
				} else {
					sum = make([]float32, 4*w)
				}
				sums[d] = sum
			}
			weight := k.weights[i]
			for j, v := range row {
				sum[j] += v * weight
			}
			if i == len(k.weights)-1 {
				store(out.Pix[d*out.Stride:][:4*w], sum)
				delete(sums, d)
				free = append(free, sum)
				if d == first {
					first++
				}
			}
		}
	}
	return out
}

// weights are those of the pixels from first on that one pixel of the result is made of. They add up to 1.
type weights struct {
	first   int
	weights []float32
}

// kernel gives the weights for making n pixels of from.
func kernel(from, n int) []weights {
	out := make([]weights, n)
	scale := float64(from) / float64(n)
	stretch := max(scale, 1)
	for i := range out {
		center := (float64(i)+0.5)*scale - 0.5
		lo := max(int(math.Ceil(center-2*stretch)), 0)
		hi := min(int(math.Floor(center+2*stretch)), from-1)
		k := weights{first: lo, weights: make([]float32, hi-lo+1)}
		sum := 0.0
		raw := make([]float64, hi-lo+1)
		for j := range raw {
			raw[j] = catmullRom((float64(lo+j) - center) / stretch)
			sum += raw[j]
		}
		for j := range raw {
			k.weights[j] = float32(raw[j] / sum)
		}
		out[i] = k
	}
	return out
}

func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// squeeze makes a row of the result's width of one of m's.
func squeeze(row, source []float32, across []weights) {
	for i, k := range across {
		var r, g, b, a float32
		s := source[4*k.first:]
		for j, w := range k.weights {
			p := s[4*j : 4*j+4]
			r += p[0] * w
			g += p[1] * w
			b += p[2] * w
			a += p[3] * w
		}
		row[4*i], row[4*i+1], row[4*i+2], row[4*i+3] = r, g, b, a
	}
}

// store writes sums, which are from 0 to 255 but for overshooting, as pixels without alpha in them.
func store(pix []uint8, sums []float32) {
	for i := 0; i+3 < len(sums); i += 4 {
		a := sums[i+3]
		if a <= 0.5 {
			continue // stays transparent black
		}
		f := float32(1)
		if a < 254.5 {
			f = 255 / a
		}
		for c := range 3 {
			pix[i+c] = clamp(sums[i+c] * f)
		}
		pix[i+3] = clamp(a)
	}
}

func clamp(v float32) uint8 {
	switch v += 0.5; {
	case v <= 0:
		return 0
	case v >= 255:
		return 255
	}
	return uint8(v)
}

// reader gives a function that writes a row of m as red, green, blue and alpha, the latter multiplied into the others.
func reader(m image.Image) func(y int, row []float32) {
	b := m.Bounds()
	switch m := m.(type) {
	case *image.YCbCr:
		return func(y int, row []float32) {
			for x := range b.Dx() {
				yi, ci := m.YOffset(b.Min.X+x, y), m.COffset(b.Min.X+x, y)
				r, g, bl := color.YCbCrToRGB(m.Y[yi], m.Cb[ci], m.Cr[ci])
				row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = float32(r), float32(g), float32(bl), 255
			}
		}
	case *image.Gray:
		return func(y int, row []float32) {
			for x := range b.Dx() {
				v := float32(m.Pix[m.PixOffset(b.Min.X+x, y)])
				row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = v, v, v, 255
			}
		}
	case *image.RGBA:
		return func(y int, row []float32) {
			p := m.Pix[m.PixOffset(b.Min.X, y):]
			for i := range row {
				row[i] = float32(p[i])
			}
		}
	case *image.NRGBA:
		return func(y int, row []float32) {
			p := m.Pix[m.PixOffset(b.Min.X, y):]
			for i := 0; i+3 < len(row); i += 4 {
				a := float32(p[i+3])
				f := a / 255
				row[i], row[i+1], row[i+2], row[i+3] = float32(p[i])*f, float32(p[i+1])*f, float32(p[i+2])*f, a
			}
		}
	}
	return func(y int, row []float32) {
		for x := range b.Dx() {
			r, g, bl, a := m.At(b.Min.X+x, y).RGBA()
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = float32(r)/257, float32(g)/257, float32(bl)/257, float32(a)/257
		}
	}
}
