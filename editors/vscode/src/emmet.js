// Abbreviations of Emmet, ul>li*3, where HTML and CSS are written. VS Code's own Emmet takes a whole document for HTML, and
// would offer tags for every word of Go; the language server knows what is written where.
const vscode = require("vscode");
const { doComplete } = require("@vscode/emmet-helper");
const { TextDocument } = require("vscode-languageserver-textdocument");

// What may end an abbreviation, as VS Code has it for HTML and CSS.
const triggers = ["!", ".", "}", ":", "*", "$", "]", "/", ">", ..."0123456789"];

// The settings of VS Code's Emmet that count here, as they are where that one is turned off.
const defaults = {
  showExpandedAbbreviation: "always", showAbbreviationSuggestions: true, showSuggestionsAsSnippets: false,
  syntaxProfiles: {}, variables: {}, preferences: {},
};

// provideEmmet offers them. client gives the running language server, or undefined.
exports.provideEmmet = (client) =>
  vscode.languages.registerCompletionItemProvider(
    "gosite",
    {
      async provideCompletionItems(document, position) {
        const config = vscode.workspace.getConfiguration("emmet", document);
        const server = client();
        if (!server || config.get("showExpandedAbbreviation") === "never" || (config.get("excludeLanguages") || []).includes("gosite") ||
          (config.get("includeLanguages") || {}).gosite) { // VS Code's own was asked for
          return undefined;
        }
        const at = { line: position.line, character: position.character };
        const syntax = await server
          .sendRequest("sitegen/language", { textDocument: { uri: document.uri.toString() }, position: at })
          .catch(() => null); // an older sitegen
        if (syntax !== "html" && syntax !== "css") {
          return undefined;
        }
        const settings = { ...defaults };
        for (const name in defaults) {
          settings[name] = config.get(name) ?? defaults[name];
        }
        const list = doComplete(TextDocument.create(document.uri.toString(), syntax, document.version, document.getText()), at, syntax, settings);
        if (!list || list.items.length === 0) {
          return undefined;
        }
        return new vscode.CompletionList(list.items.map(itemOf), true);
      },
    },
    ...triggers,
  );

function itemOf(from) {
  const item = new vscode.CompletionItem(from.label, vscode.CompletionItemKind.Property);
  const { range, newText } = from.textEdit;
  item.documentation = from.documentation;
  item.detail = from.detail;
  item.insertText = new vscode.SnippetString(newText);
  item.range = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  item.filterText = from.filterText;
  item.sortText = from.sortText;
  return item;
}
