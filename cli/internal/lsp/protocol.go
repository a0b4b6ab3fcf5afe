package lsp

import (
	"encoding/json"

	"sitegen.dev/core/diag"
)

// The parts of the protocol that are spoken, by the names of its specification.
type (
	position struct {
		Line      int `json:"line"`
		Character int `json:"character"`
	}
	textRange struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	location struct {
		URI   string    `json:"uri"`
		Range textRange `json:"range"`
	}
	textEdit struct {
		Range   textRange `json:"range"`
		NewText string    `json:"newText"`
	}
	workspaceEdit struct {
		Changes map[string][]textEdit `json:"changes"`
	}
	documentID struct {
		URI     string `json:"uri"`
		Version int    `json:"version,omitempty"`
	}
	documentItem struct {
		URI        string `json:"uri"`
		LanguageID string `json:"languageId"`
		Version    int    `json:"version"`
		Text       string `json:"text"`
	}
	positionParams struct {
		Document documentID      `json:"textDocument"`
		Position position        `json:"position"`
		NewName  string          `json:"newName,omitempty"`
		Context  json.RawMessage `json:"context,omitempty"`
	}
	changeParams struct {
		Document documentID `json:"textDocument"`
		Changes  []struct {
			Range *textRange `json:"range,omitempty"`
			Text  string     `json:"text"`
		} `json:"contentChanges"`
	}
	diagnostic struct {
		Range    textRange `json:"range"`
		Severity int       `json:"severity,omitempty"`
		Code     any       `json:"code,omitempty"`
		Source   string    `json:"source,omitempty"`
		Message  string    `json:"message"`
		Tags     []int     `json:"tags,omitempty"`
		Related  []related `json:"relatedInformation,omitempty"`

		of diag.Diagnostic // what the compiler said
	}
	related struct {
		Location location `json:"location"`
		Message  string   `json:"message"`
	}
	publishParams struct {
		URI         string       `json:"uri"`
		Version     int          `json:"version,omitempty"`
		Diagnostics []diagnostic `json:"diagnostics"`
	}
	markup struct {
		Kind  string `json:"kind"`
		Value string `json:"value"`
	}
	hover struct {
		Contents markup     `json:"contents"`
		Range    *textRange `json:"range,omitempty"`
	}
	completionItem struct {
		Label           string          `json:"label"`
		Kind            int             `json:"kind,omitempty"`
		Detail          string          `json:"detail,omitempty"`
		Documentation   any             `json:"documentation,omitempty"`
		Deprecated      bool            `json:"deprecated,omitempty"`
		Preselect       bool            `json:"preselect,omitempty"`
		SortText        string          `json:"sortText,omitempty"`
		FilterText      string          `json:"filterText,omitempty"`
		InsertText      string          `json:"insertText,omitempty"`
		InsertFormat    int             `json:"insertTextFormat,omitempty"`
		TextEdit        *textEdit       `json:"textEdit,omitempty"`
		AdditionalEdits []textEdit      `json:"additionalTextEdits,omitempty"`
		Command         json.RawMessage `json:"command,omitempty"`
	}
	completionList struct {
		Incomplete bool             `json:"isIncomplete"`
		Items      []completionItem `json:"items"`
	}
	symbol struct {
		Name      string    `json:"name"`
		Detail    string    `json:"detail,omitempty"`
		Kind      int       `json:"kind"`
		Range     textRange `json:"range"`
		Selection textRange `json:"selectionRange"`
		Children  []symbol  `json:"children,omitempty"`
	}
)

// The kinds of completion items and symbols that are used, as the specification numbers them.
const (
	itemField    = 5
	itemClass    = 7
	itemModule   = 9
	itemProperty = 10
	itemValue    = 12
	itemKeyword  = 14
	itemFile     = 17
	itemFolder   = 19

	symbolModule    = 2
	symbolMethod    = 6
	symbolField     = 8
	symbolInterface = 11
	symbolFunction  = 12
	symbolVariable  = 13
	symbolConstant  = 14
	symbolString    = 15
	symbolStruct    = 23
	symbolClass     = 5
)

const snippetFormat = 2
