package netlify

// The program of mode lambda, which is generated, imports this module; the tests compile it. Without an import here
// go mod tidy would drop the module.
import _ "github.com/aws/aws-lambda-go/lambda"
