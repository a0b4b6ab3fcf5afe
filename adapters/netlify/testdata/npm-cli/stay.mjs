// Loaded before Netlify's command line: keeps `netlify serve` running where it would end, at a path that is no UTF-8, a Content-Type
// that is none, an upload that breaks off. The visitor gets no answer all the same.
const { on } = process;
process.on = function (name, listener) {
  return name === "uncaughtException" ? this : on.call(this, name, listener);
};
on.call(process, "uncaughtException", (error) => console.error(error));
