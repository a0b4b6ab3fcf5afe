// The commands of sitegen as tasks, for each folder with a site.yaml. Their messages are shown as problems.
const path = require("node:path");
const vscode = require("vscode");

const commands = [
  { args: ["check"], group: "Test", matcher: ["$sitegen"] },
  { args: ["check", "--watch"], background: true, matcher: ["$sitegen-watch"] },
  { args: ["build"], group: "Build", matcher: ["$sitegen"] },
  { args: ["dev"], background: true, matcher: [] },
];

// taskOf makes the task of a definition; command gives the program.
function taskOf(definition, scope, cwd, command) {
  const known = commands.find((c) => c.args.join(" ") === definition.args.join(" "));
  const task = new vscode.Task(
    definition,
    scope,
    definition.args.join(" ") + (definition.folder ? ` (${definition.folder})` : ""),
    "sitegen",
    new vscode.ProcessExecution(command, definition.args, { cwd }),
    known ? known.matcher : ["$sitegen"],
  );
  task.isBackground = Boolean(known && known.background);
  if (known && known.group) {
    task.group = vscode.TaskGroup[known.group];
  }
  return task;
}

exports.provideTasks = (command) =>
  vscode.tasks.registerTaskProvider("sitegen", {
    async provideTasks() {
      const found = await vscode.workspace.findFiles("**/site.yaml", "**/{node_modules,.sitegen,dist}/**", 20);
      const tasks = [];
      for (const file of found) {
        const scope = vscode.workspace.getWorkspaceFolder(file);
        if (!scope) {
          continue;
        }
        const cwd = path.dirname(file.fsPath);
        const folder = path.relative(scope.uri.fsPath, cwd);
        for (const { args } of commands) {
          tasks.push(taskOf({ type: "sitegen", args, ...(folder ? { folder } : {}) }, scope, cwd, command()));
        }
      }
      return tasks;
    },
    resolveTask(task) {
      const { definition, scope } = task;
      if (!Array.isArray(definition.args) || !scope || !scope.uri) {
        return undefined;
      }
      return taskOf(definition, scope, path.join(scope.uri.fsPath, definition.folder || ""), command());
    },
  });
