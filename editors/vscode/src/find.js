// Where the program sitegen is. An editor that was started from a menu often has a shorter PATH than a terminal.
const fs = require("node:fs");
const path = require("node:path");

// find gives the program: what is set, if it is a path, or else the first place that has it; undefined where none has.
// env is the environment, os { platform, home, exists } the machine.
function find(set, env, os = machine()) {
  const p = os.platform === "win32" ? path.win32 : path.posix;
  const names = os.platform === "win32" ? [".exe", ".cmd", ""].map((end) => (set || "sitegen").replace(/\.(exe|cmd)$/i, "") + end) : [set || "sitegen"];
  if (set && (set.includes("/") || (os.platform === "win32" && set.includes("\\")))) {
    const name = set.startsWith("~/") ? p.join(os.home, set.slice(2)) : set;
    return os.exists(name) ? name : undefined;
  }
  const list = (s) => (s || "").split(p.delimiter).filter((dir) => dir !== "");
  const dirs = [
    ...list(env.PATH || env.Path),
    ...list(env.GOBIN),
    ...list(env.GOPATH).map((dir) => p.join(dir, "bin")), // where `go install` puts programs
    p.join(os.home, "go", "bin"),
    p.join(os.home, ".local", "bin"),
    ...(os.platform === "win32" ? [] : ["/usr/local/bin", "/opt/homebrew/bin"]),
  ];
  for (const dir of dirs) {
    for (const name of names) {
      const file = p.join(dir, name);
      if (p.isAbsolute(dir) && os.exists(file)) {
        return file;
      }
    }
  }
  return undefined;
}

function machine() {
  return {
    platform: process.platform,
    home: require("node:os").homedir(),
    exists: (file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    },
  };
}

exports.find = find;
