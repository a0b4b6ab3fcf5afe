// Starts `sitegen lsp` for .gosite files. Everything else is the language server's business.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const config = vscode.workspace.getConfiguration("gosite");
  const command = config.get("command") || "sitegen";
  const args = ["lsp"];
  const gopls = config.get("gopls");
  if (gopls) {
    args.push("--gopls", gopls);
  }
  client = new LanguageClient(
    "gosite",
    "sitegen",
    { command, args },
    { documentSelector: [{ scheme: "file", language: "gosite" }, { scheme: "untitled", language: "gosite" }] },
  );
  try {
    await client.start();
  } catch (err) {
    client = undefined;
    const install = "Set the command";
    const answer = await vscode.window.showWarningMessage(
      `${command} lsp cannot be started, so .gosite files have colours only: ${err.message}`,
      install,
    );
    if (answer === install) {
      vscode.commands.executeCommand("workbench.action.openSettings", "gosite.command");
    }
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old) {
    await old.stop();
  }
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("gosite.restart", async () => {
      await stop();
      await start();
    }),
    vscode.workspace.onDidChangeConfiguration(async (e) => {
      if (e.affectsConfiguration("gosite")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
