// Starts `sitegen lsp` for .gosite files. What is known of a component is the language server's business.
const vscode = require("vscode");
const { LanguageClient, State } = require("vscode-languageclient/node");
const { find } = require("./find.js");
const { closeTags } = require("./closetag.js");
const { provideEmmet } = require("./emmet.js");
const { provideTasks } = require("./tasks.js");

const site = "https://sitegen.dev/docs/editors/";

let client;
let output;
let turn = Promise.resolve(); // one start or stop after the other, however often they are asked for

const setting = (name) => vscode.workspace.getConfiguration("gosite").get(name);
const program = () => find(setting("command"), process.env);

function inTurn(f) {
  turn = turn.then(f, f);
  return turn;
}

async function start() {
  if (client) {
    return;
  }
  const command = program();
  if (!command) {
    const set = setting("command");
    await complain(
      set
        ? `There is no program ${set}, which the setting gosite.command names, so .gosite files have colours only.`
        : "The program sitegen is not on PATH, so .gosite files have colours only. Install it, or set where it is.",
    );
    return;
  }
  const args = ["lsp"];
  if (setting("gopls")) {
    args.push("--gopls", setting("gopls"));
  }
  output.appendLine([command, ...args].join(" "));
  const started = new LanguageClient(
    "gosite",
    "sitegen",
    { command, args },
    {
      documentSelector: [{ scheme: "file", language: "gosite" }, { scheme: "untitled", language: "gosite" }],
      outputChannel: output,
    },
  );
  try {
    await started.start();
    client = started;
  } catch (err) {
    await complain(`${command} lsp cannot be started, so .gosite files have colours only: ${err.message}`);
  }
}

// complain says what is wrong and does not wait for an answer: starting must not hang on a message that stays open.
async function complain(message) {
  output.appendLine(message);
  vscode.window.showWarningMessage(message, "Set the program", "How to install", "Try again").then((answer) => {
    switch (answer) {
      case "Set the program":
        return vscode.commands.executeCommand("workbench.action.openSettings", "gosite.command");
      case "How to install":
        return vscode.env.openExternal(vscode.Uri.parse(site));
      case "Try again":
        return inTurn(start);
    }
  });
}

async function stop() {
  const old = client;
  client = undefined;
  if (old) {
    await old.stop().catch((err) => output.appendLine(String(err))); // it has ended by itself
    await old.dispose();
  }
}

const running = () => (client && client.state === State.Running ? client : undefined);

exports.activate = async (context) => {
  output = vscode.window.createOutputChannel("sitegen");
  const command = (name, f) => vscode.commands.registerCommand(name, f);
  context.subscriptions.push(
    output,
    command("gosite.start", () => inTurn(start)),
    command("gosite.stop", () => inTurn(stop)),
    command("gosite.restart", () => inTurn(async () => { await stop(); await start(); })),
    command("gosite.output", () => output.show(true)),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration("gosite.command") || e.affectsConfiguration("gosite.gopls")) {
        return inTurn(async () => { await stop(); await start(); });
      }
    }),
    closeTags(running),
    provideEmmet(running),
    provideTasks(() => program() || "sitegen"),
  );
  await inTurn(start);
};

exports.deactivate = () => inTurn(stop);
