// Writes the end tag behind a start tag that was typed just now. The language server knows whether one is wanted.
const vscode = require("vscode");

// closeTags watches what is typed. client gives the running language server, or undefined.
exports.closeTags = (client) =>
  vscode.workspace.onDidChangeTextDocument(async ({ document, contentChanges, reason }) => {
    const editor = vscode.window.activeTextEditor;
    const last = contentChanges[contentChanges.length - 1];
    if (
      document.languageId !== "gosite" || !editor || editor.document !== document || contentChanges.length !== 1 ||
      reason !== undefined || // an undo
      last.rangeLength > 0 || (last.text !== ">" && last.text !== "/") ||
      !vscode.workspace.getConfiguration("gosite", document).get("autoClosingTags")
    ) {
      return;
    }
    const server = client();
    if (!server) {
      return;
    }
    const version = document.version;
    const at = last.range.start.translate(0, 1);
    // The language client hears of the edit behind us, and what it says of it must be sent before we ask.
    await new Promise((next) => setTimeout(next));
    const text = await server
      .sendRequest("sitegen/closeTag", {
        textDocument: { uri: document.uri.toString() },
        position: { line: at.line, character: at.character },
      })
      .catch(() => null); // an older sitegen
    const still = vscode.window.activeTextEditor;
    if (!text || document.version !== version || !still || still.document !== document) {
      return;
    }
    const cursors = still.selections;
    if (cursors.length === 1 && cursors[0].active.isEqual(at)) {
      await still.insertSnippet(new vscode.SnippetString(text), at, { undoStopBefore: false, undoStopAfter: false });
    }
  });
