// The scanner reads what takes more than a regular expression. It follows core/syntax, whose file is named where a piece
// begins; where the two differ on what core/syntax accepts, this one is wrong.
//
// It remembers two things from token to token. The first is what is open around the token: elements, blocks, and Go code
// in whose middle markup stands. The second is the name of the start tag that is being read. Everything else the parser
// tells by the tokens that it takes.

#include "tree_sitter/parser.h"
#include "upper.h"

#include <stdlib.h>
#include <string.h>

// The order is that of externals in grammar.js.
enum Token {
  FENCE_OPEN,
  FENCE_CODE,
  FENCE_CLOSE,
  TEXT,
  COMMENT,
  RAW_TEXT,
  END_OPEN,
  HTML_NAME,
  COMPONENT_NAME,
  SLOT_NAME,
  VOID_NAME,
  SCRIPT_NAME,
  STYLE_NAME,
  RAW_NAME,
  NO_NAME,
  START_TAG_END,
  END_TAG_HERE,
  END_HTML_NAME,
  END_COMPONENT_NAME,
  IMPLICIT_END_TAG,
  ERRONEOUS_END_TAG,
  BLOCK_OPEN,
  BLOCK_CLOSE,
  GO_CONTAINER,
  SLOT_SIGNATURE,
  GO_IN_TAG,
  GO_VALUE,
  GO_HEADER,
  GO_LABEL,
  GO_ITEM,
  GO_TYPE,
  OPERAND_HERE,
  GO_MORE,
  LEADING_COMMENT,
  TRAILING_COMMENT,
  IS_RAW_NAME,
  ATTRIBUTE_VALUE,
  TEMPLATE_TEXT,
  ERROR_SENTINEL, // never taken: the parser allows it, and with it everything, after an error
};

// Words of the stack. An element is the hash of its name. Go code is IN_GO, with what it takes to read on below it.
enum { IN_BLOCK = 0, IN_GO = 0xFFFF };

// MAX_WORDS is what fits into the buffer that the parser keeps the state in. core/syntax allows 400 levels.
enum { MAX_WORDS = (TREE_SITTER_SERIALIZATION_BUFFER_SIZE - sizeof(uint32_t)) / sizeof(uint16_t) };

typedef struct {
  uint32_t name; // hash of the name in the start tag or raw element that is being read; 0 elsewhere
  uint16_t depth;
  uint16_t stack[MAX_WORDS];
} Scanner;

// Characters

static bool is_blank(int32_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

static bool is_letter(int32_t c) { return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z'); }

static bool is_digit(int32_t c) { return '0' <= c && c <= '9'; }

// Where the text is not UTF-8 the character is negative.
static bool is_wide(int32_t c) { return c >= 0x80 || c < 0; }

static bool is_ident(int32_t c) { return is_letter(c) || c == '_' || is_digit(c) || is_wide(c); }

static bool is_upper(int32_t c) {
  if (c < 0x80) {
    return 'A' <= c && c <= 'Z';
  }
  unsigned low = 0, high = sizeof upper / sizeof upper[0];
  while (low < high) {
    unsigned mid = (low + high) / 2;
    if ((uint32_t)c > upper[mid].last) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < sizeof upper / sizeof upper[0] && (uint32_t)c >= upper[low].first &&
         ((uint32_t)c - upper[low].first) % upper[low].stride == 0;
}

// What can be part of the name of an element.
static bool is_name(int32_t c) {
  switch (c) {
  case 0:
  case '/':
  case '>':
  case '<':
  case '{':
  case '}':
  case '[':
  case ']':
  case '=':
  case '"':
  case '\'':
  case '`':
  case '(':
  case ')':
  case ',':
  case ';':
    return false;
  }
  return !is_blank(c);
}

// What can be part of the name of an attribute.
static bool is_attribute(int32_t c) {
  switch (c) {
  case 0:
  case '"':
  case '\'':
  case '>':
  case '/':
  case '=':
  case '{':
  case '}':
  case '<':
  case '`':
    return false;
  }
  return !is_blank(c);
}

// What a < starts markup before; every other < is text.
static bool starts_markup(int32_t c) { return is_letter(c) || c == '/' || c == '!' || c == '>' || is_upper(c); }

// The lexer

static bool at_end(TSLexer *lexer) { return lexer->eof(lexer); }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static void mark(TSLexer *lexer) { lexer->mark_end(lexer); }

// skip leaves blanks out of the token that comes.
static void skip_blanks(TSLexer *lexer) {
  while (!at_end(lexer) && is_blank(lexer->lookahead)) {
    lexer->advance(lexer, true);
  }
}

static void pass_blanks(TSLexer *lexer) {
  while (!at_end(lexer) && is_blank(lexer->lookahead)) {
    advance(lexer);
  }
}

static bool accept(TSLexer *lexer, int32_t c) {
  if (lexer->lookahead != c || at_end(lexer)) {
    return false;
  }
  advance(lexer);
  return true;
}

static bool take(TSLexer *lexer, enum Token token) {
  lexer->result_symbol = (TSSymbol)token;
  return true;
}

static bool take_to_here(TSLexer *lexer, enum Token token) {
  mark(lexer);
  return take(lexer, token);
}

// The stack

static bool push(Scanner *s, uint16_t word) {
  if (s->depth == MAX_WORDS) {
    return false;
  }
  s->stack[s->depth++] = word;
  return true;
}

// element makes a word of the stack of the hash of a name.
static uint16_t element(uint32_t name) {
  uint16_t word = (uint16_t)(name ^ (name >> 16));
  return word == IN_BLOCK || word == IN_GO ? 1 : word;
}

static bool in_element(const Scanner *s) {
  return s->depth > 0 && s->stack[s->depth - 1] != IN_BLOCK && s->stack[s->depth - 1] != IN_GO;
}

// in_braces says whether a } ends something: a block, or Go code around an element.
static bool in_braces(const Scanner *s) {
  for (unsigned i = s->depth; i > 0; i--) {
    if (s->stack[i - 1] == IN_BLOCK || s->stack[i - 1] == IN_GO) {
      return true;
    }
  }
  return false;
}

// is_open says whether an element of the name is open within the innermost braces.
static bool is_open(const Scanner *s, uint32_t name) {
  for (unsigned i = s->depth; i > 0; i--) {
    uint16_t word = s->stack[i - 1];
    if (word == IN_BLOCK || word == IN_GO) {
      return false;
    }
    if (word == element(name)) {
      return true;
    }
  }
  return false;
}

// Names (element.go)

enum { LONGEST_KNOWN = 10 }; // plaintext, with its 0

typedef struct {
  uint32_t hash;      // odd for components; the same for HTML names that differ in capital letters only
  uint32_t folded;    // the same as if it were an HTML name
  unsigned length;    // in characters
  bool component;     // <Card>, <icons.Leaf>
  char known[LONGEST_KNOWN]; // the name, or "" where it is longer than any known one
} Name;

static Name read_name(TSLexer *lexer) {
  Name name = {0, 0, 0, is_upper(lexer->lookahead), ""};
  uint32_t exact = 2166136261u, folded = 2166136261u; // FNV-1a
  bool dot = false, dash = false;
  while (!at_end(lexer) && is_name(lexer->lookahead)) {
    int32_t c = lexer->lookahead;
    dot = dot || (c == '.' && name.length > 0);
    dash = dash || c == '-';
    exact = (exact ^ (uint32_t)c) * 16777619u;
    folded = (folded ^ (uint32_t)('A' <= c && c <= 'Z' ? c + ('a' - 'A') : c)) * 16777619u;
    if (name.length < LONGEST_KNOWN - 1 && c > 0 && c < 0x80) {
      name.known[name.length] = (char)c;
    } else {
      name.known[0] = 0;
    }
    name.length++;
    advance(lexer);
  }
  if (name.length >= LONGEST_KNOWN) {
    name.known[0] = 0;
  }
  if (dot && !dash) {
    name.component = true;
  }
  name.folded = folded & ~1u;
  name.hash = name.component ? exact | 1 : name.folded;
  return name;
}

static bool is_known(const Name *name, const char *const *list) {
  for (; *list; list++) {
    if (strcmp(name->known, *list) == 0) {
      return true;
    }
  }
  return false;
}

static const char *const void_names[] = {"area",  "base", "br",    "col",    "embed", "hr",  "img", "input",
                                         "link",  "meta", "param", "source", "track", "wbr", NULL};
static const char *const raw_names[] = {"math", "iframe", "noembed", "noframes", "xmp", "plaintext", NULL};

static bool start_name(Scanner *s, TSLexer *lexer) {
  if (lexer->lookahead == '>') {
    mark(lexer);
    s->name = read_name(lexer).hash;
    return take(lexer, NO_NAME);
  }
  if (!is_letter(lexer->lookahead) && !is_upper(lexer->lookahead)) {
    return false;
  }
  Name name = read_name(lexer);
  s->name = name.hash;
  mark(lexer);
  if (name.component) {
    return take(lexer, COMPONENT_NAME);
  }
  if (strcmp(name.known, "slot") == 0) {
    return take(lexer, SLOT_NAME);
  }
  if (strcmp(name.known, "script") == 0) {
    return take(lexer, SCRIPT_NAME);
  }
  if (strcmp(name.known, "style") == 0) {
    return take(lexer, STYLE_NAME);
  }
  if (is_known(&name, void_names)) {
    s->name = 0; // nothing asks for it
    return take(lexer, VOID_NAME);
  }
  if (is_known(&name, raw_names)) {
    return take(lexer, RAW_NAME);
  }
  return take(lexer, HTML_NAME);
}

// end_name reads the name of an end tag, behind blanks where a letter follows them.
static Name end_name(TSLexer *lexer) {
  bool gap = false;
  while (lexer->lookahead == ' ' || lexer->lookahead == '\t') {
    gap = true;
    advance(lexer);
  }
  if (gap && !is_letter(lexer->lookahead)) {
    return (Name){2166136261u & ~1u, 2166136261u & ~1u, 0, false, ""};
  }
  return read_name(lexer);
}

// Text, comments and end tags (parse.go)

// end_tag reads an end tag from behind its </. One that does not belong to the innermost element ends that one first, if
// it belongs to one around it. Both are told by tokens without width: which one it is shows only behind the name.
static bool end_tag(Scanner *s, TSLexer *lexer, const bool *valid) {
  Name name = end_name(lexer);
  if (is_open(s, name.hash)) {
    bool innermost = s->stack[s->depth - 1] == element(name.hash);
    enum Token token = innermost ? END_TAG_HERE : IMPLICIT_END_TAG;
    s->depth--;
    s->name = 0;
    return valid[token] && take(lexer, token);
  }
  if (!valid[ERRONEOUS_END_TAG]) {
    return false;
  }
  mark(lexer);
  while (!at_end(lexer) && lexer->lookahead != '<' && lexer->lookahead != '{' && lexer->lookahead != '}' &&
         lexer->lookahead != '\n') {
    if (accept(lexer, '>')) {
      mark(lexer);
      break;
    }
    advance(lexer);
  }
  return take(lexer, ERRONEOUS_END_TAG);
}

// comment reads a comment from behind its <!--. Browsers end <!--> and <!---> at once, and take --!> for an end.
static bool comment(TSLexer *lexer) {
  if (accept(lexer, '>')) {
    return take_to_here(lexer, COMMENT);
  }
  unsigned dashes = 0;
  if (accept(lexer, '-')) {
    if (accept(lexer, '>')) {
      return take_to_here(lexer, COMMENT);
    }
    dashes = 1;
  }
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '-') {
      dashes++;
      continue;
    }
    if (dashes >= 2) {
      if (c == '>') {
        break;
      }
      if (c == '!' && accept(lexer, '>')) {
        break;
      }
    }
    dashes = 0;
  }
  return take_to_here(lexer, COMMENT);
}

// text reads text up to what is none. Blanks at its end do not belong to it.
static bool text(TSLexer *lexer, bool begun) {
  while (!at_end(lexer) && lexer->lookahead != '{' && lexer->lookahead != '}') {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '<' && starts_markup(lexer->lookahead)) {
      break;
    }
    if (!is_blank(c)) {
      mark(lexer);
      begun = true;
    }
  }
  return begun && take(lexer, TEXT);
}

static bool fence_open(TSLexer *lexer) {
  unsigned dashes = 0;
  while (dashes < 4 && lexer->lookahead == '-') {
    advance(lexer);
    dashes++;
    mark(lexer);
  }
  return dashes == 3;
}

// content reads between tags.
static bool content(Scanner *s, TSLexer *lexer, const bool *valid) {
  mark(lexer); // an end tag that is not there stands before the blanks
  bool line_start = true;
  for (; !at_end(lexer) && is_blank(lexer->lookahead); lexer->advance(lexer, true)) {
    line_start = lexer->lookahead == '\n';
  }
  if (at_end(lexer)) {
    if (!in_element(s) || !valid[IMPLICIT_END_TAG]) {
      return false;
    }
    s->depth--;
    return take(lexer, IMPLICIT_END_TAG);
  }
  bool begun = false;
  switch (lexer->lookahead) {
  case '{':
    return false;
  case '}':
    if (in_element(s) && in_braces(s) && valid[IMPLICIT_END_TAG]) {
      s->depth--;
      return take(lexer, IMPLICIT_END_TAG);
    }
    if (s->depth == 0 || s->stack[s->depth - 1] != IN_BLOCK || !valid[BLOCK_CLOSE]) {
      return false;
    }
    s->depth--;
    advance(lexer);
    return take_to_here(lexer, BLOCK_CLOSE);
  case '<':
    advance(lexer);
    if (accept(lexer, '/')) {
      return end_tag(s, lexer, valid);
    }
    if (lexer->lookahead == '!') {
      advance(lexer);
      return valid[COMMENT] && accept(lexer, '-') && accept(lexer, '-') && comment(lexer);
    }
    if (starts_markup(lexer->lookahead)) {
      return false;
    }
    mark(lexer);
    begun = true;
    break;
  case '-':
    if (valid[FENCE_OPEN] && line_start) {
      if (fence_open(lexer)) {
        return take(lexer, FENCE_OPEN);
      }
      begun = true;
    }
    break;
  }
  return valid[TEXT] && text(lexer, begun);
}

// raw reads the content of a raw element, up to the first end tag of its name, as browsers do.
static bool raw(Scanner *s, TSLexer *lexer, const bool *valid) {
  if (!valid[RAW_TEXT]) {
    skip_blanks(lexer); // there are none in front of the end tag of a raw element
    return accept(lexer, '<') && accept(lexer, '/') && take_to_here(lexer, END_OPEN);
  }
  bool begun = false;
  while (!at_end(lexer)) {
    mark(lexer);
    if (!accept(lexer, '<')) {
      advance(lexer);
      begun = true;
      continue;
    }
    if (accept(lexer, '/')) {
      if (!begun) {
        mark(lexer);
      }
      Name name = read_name(lexer);
      if (name.hash == s->name || name.folded == s->name) {
        return take(lexer, begun ? RAW_TEXT : END_OPEN);
      }
    }
    begun = true;
  }
  mark(lexer);
  return begun && take(lexer, RAW_TEXT);
}

// Fences (fence.go)

static bool dashes(TSLexer *lexer) { return accept(lexer, '-') && accept(lexer, '-') && accept(lexer, '-'); }

// only_blanks says whether nothing follows on the line.
static bool only_blanks(TSLexer *lexer) {
  while (!at_end(lexer) && lexer->lookahead != '\n') {
    if (!is_blank(lexer->lookahead)) {
      return false;
    }
    advance(lexer);
  }
  return true;
}

// fence_code reads Go up to the fence that closes it: the first that does not stand in a string or a comment; without
// one, the first that does, for the string or the comment is the mistake then; without any, the first line that
// starts with a tag.
static bool fence_code(TSLexer *lexer) {
  enum { NOTHING, A_TAG, A_FENCE } found = NOTHING;
  int32_t inside = 0; // ` in a raw string, * in a comment
  bool line_start = true;
  bool empty = true;
  while (!at_end(lexer)) {
    if (line_start) {
      line_start = false;
      if (lexer->lookahead == '-' && (inside == 0 || found != A_FENCE)) {
        mark(lexer);
        bool fence = dashes(lexer);
        if (fence && empty) {
          mark(lexer);
        }
        if (fence && only_blanks(lexer)) {
          if (inside == 0) {
            return take(lexer, empty ? FENCE_CLOSE : FENCE_CODE);
          }
          found = A_FENCE;
        }
        empty = false;
        continue;
      }
      if (lexer->lookahead == '<' && found == NOTHING) {
        mark(lexer);
        advance(lexer);
        if (is_letter(lexer->lookahead) || lexer->lookahead == '!' || lexer->lookahead == '>') {
          found = A_TAG;
        }
        empty = false;
        continue;
      }
    }
    int32_t c = lexer->lookahead;
    advance(lexer);
    empty = false;
    if (c == '\n') {
      line_start = true;
    } else if (inside == '`') {
      inside = c == '`' ? 0 : inside;
    } else if (inside == '*') {
      if (c == '*' && accept(lexer, '/')) {
        inside = 0;
      }
    } else if (c == '`') {
      inside = '`';
    } else if (c == '/' && accept(lexer, '*')) {
      inside = '*';
    } else if (c == '/' && lexer->lookahead == '/') {
      while (!at_end(lexer) && lexer->lookahead != '\n') {
        advance(lexer);
      }
    } else if (c == '"' || c == '\'') {
      while (!at_end(lexer) && lexer->lookahead != '\n' && !accept(lexer, c)) {
        bool escape = lexer->lookahead == '\\';
        advance(lexer);
        if (escape && !at_end(lexer) && lexer->lookahead != '\n') {
          advance(lexer);
        }
      }
    }
  }
  if (found == NOTHING) {
    mark(lexer);
  }
  return take(lexer, FENCE_CODE);
}

static bool fence(TSLexer *lexer, const bool *valid) {
  if (!valid[FENCE_CODE]) {
    return dashes(lexer) && take_to_here(lexer, FENCE_CLOSE);
  }
  while (!at_end(lexer) && is_blank(lexer->lookahead)) {
    bool end = lexer->lookahead == '\n';
    lexer->advance(lexer, true);
    if (end) {
      break;
    }
  }
  return !at_end(lexer) && fence_code(lexer);
}

// Go (golex.go)

enum { MAX_BRACKETS = 400 };

enum Mode { CODE, IN_TAG, HEADER, LABEL, ITEM, TYPE };

// What is known of a type in a header, outside of brackets: whether a { behind it opens the block.
enum Kind {
  NO_TYPE,  // it does
  LITERAL,  // []T, map[K]V, struct{…}: it opens the braces of a literal
  FUNCTION, // func(…) T: it opens the body
  OTHER,    // interface{…}, chan T: it opens the block
};
enum Stage {
  WANT,   // a type comes
  PARAMS, // parameters come
  RESULT, // a result may come
  BODY,   // the braces of struct or interface come
  NAMED,  // a name: it may end here, or go on with .Name or [type arguments]
  WHOLE,  // it ends here
};

enum Bracket { PAREN = 1, SQUARE, BRACE };

typedef struct {
  enum Mode mode;
  enum Kind kind;
  enum Stage stage;
  unsigned depth;
  uint8_t brackets[MAX_BRACKETS];
  bool operand; // an operand comes next, not an operator
  bool semi;    // a line break here ends the statement
  bool ended;   // it has ended, outside of brackets
} Go;

// suspend puts Go code on the stack in whose middle markup stands. What is not kept is always the same behind markup.
static bool suspend(Scanner *s, const Go *go) {
  uint16_t word = 0;
  for (unsigned i = 0; i < go->depth; i++) {
    word |= (uint16_t)(go->brackets[i] << (i % 8 * 2));
    if (i % 8 == 7 || i == go->depth - 1) {
      if (!push(s, word)) {
        return false;
      }
      word = 0;
    }
  }
  return push(s, (uint16_t)go->depth) && push(s, (uint16_t)(go->mode | go->kind << 4 | go->stage << 8)) &&
         push(s, (uint16_t)s->name) && push(s, (uint16_t)(s->name >> 16)) && push(s, IN_GO);
}

static bool resume(Scanner *s, Go *go) {
  if (s->depth < 5 || s->stack[s->depth - 1] != IN_GO) {
    return false;
  }
  const uint16_t *top = s->stack + s->depth;
  unsigned depth = top[-5], words = (depth + 7) / 8;
  if (depth > MAX_BRACKETS || s->depth < 5 + words) {
    return false;
  }
  s->name = (uint32_t)top[-2] << 16 | top[-3];
  *go = (Go){.mode = top[-4] & 0xF, .kind = top[-4] >> 4 & 0xF, .stage = top[-4] >> 8, .depth = depth, .semi = true};
  for (unsigned i = 0; i < depth; i++) {
    go->brackets[i] = top[-5 - (int)words + (int)(i / 8)] >> (i % 8 * 2) & 3;
  }
  s->depth = (uint16_t)(s->depth - 5 - words);
  return true;
}

static void new_line(Go *go) {
  if (go->semi) {
    go->semi = false;
    go->operand = true;
    go->ended = go->ended || go->depth == 0;
  }
}

static void after_operand(Go *go) {
  go->operand = false;
  go->semi = true;
}

static void after_operator(Go *go) {
  go->operand = true;
  go->semi = false;
}

static bool open_bracket(Go *go, enum Bracket bracket) {
  if (go->depth == MAX_BRACKETS) {
    return false;
  }
  go->brackets[go->depth++] = (uint8_t)bracket;
  after_operator(go);
  return true;
}

static void close_bracket(Go *go, enum Bracket bracket) {
  if (go->depth > 0 && go->brackets[go->depth - 1] == bracket) {
    go->depth--;
  }
  after_operand(go);
}

// close_brace closes what is open within the braces too. It is false where the } is that of the container.
static bool close_brace(Go *go) {
  unsigned n = go->depth;
  while (n > 0 && go->brackets[n - 1] != BRACE) {
    n--;
  }
  if (n == 0) {
    return false;
  }
  go->depth = n - 1;
  after_operand(go);
  return true;
}

// The tokens that types are made of. Brackets stand for themselves.
enum { WORD = 256, FUNC, MAP, STRUCT, INTERFACE, CHAN, ARROW, ANYTHING };

// type_token follows the types of a header, which core/syntax leaves to go/parser. It is called before the token counts.
static void type_token(Go *go, int token) {
  if (go->mode != HEADER || go->depth > 0) {
    return;
  }
  if (go->kind == NO_TYPE) {
    if (!go->operand) {
      return;
    }
    switch (token) {
    case '[':
    case MAP:
      go->kind = LITERAL;
      go->stage = WANT;
      return;
    case STRUCT:
      go->kind = LITERAL;
      go->stage = BODY;
      return;
    case FUNC:
      go->kind = FUNCTION;
      go->stage = PARAMS;
      return;
    case INTERFACE:
      go->kind = OTHER;
      go->stage = BODY;
      return;
    case CHAN:
      go->kind = OTHER;
      go->stage = WANT;
      return;
    }
    return;
  }
  switch (go->stage) {
  case RESULT:
    if (token == '.') {
      break;
    }
    // Fall through.
  case WANT:
    switch (token) {
    case '[':
    case MAP:
    case '*':
    case ARROW:
    case CHAN:
      go->stage = WANT;
      return;
    case FUNC:
      go->stage = PARAMS;
      return;
    case STRUCT:
    case INTERFACE:
      go->stage = BODY;
      return;
    case WORD:
      go->stage = NAMED;
      return;
    case '(':
      go->stage = WHOLE;
      return;
    }
    break;
  case PARAMS:
    if (token == '(') {
      go->stage = RESULT;
      return;
    }
    break;
  case BODY:
    break;
  case NAMED:
    if (token == '.') {
      go->stage = WANT;
      return;
    }
    if (token == '[') {
      go->stage = WHOLE;
      return;
    }
    break;
  case WHOLE:
    break;
  }
  go->kind = NO_TYPE;
}

// opens_block says whether a { outside of brackets opens the block of the header.
static bool opens_block(Go *go) {
  if (go->kind != NO_TYPE && go->stage == BODY) {
    go->stage = WHOLE;
    return false;
  }
  bool type = go->kind == LITERAL || go->kind == FUNCTION;
  bool literal = type && (go->stage == WHOLE || go->stage == NAMED || go->stage == RESULT);
  go->kind = NO_TYPE;
  return !literal;
}

static const char *const keywords[] = {"break",  "case",   "chan",      "const",  "continue", "default", "defer",
                                       "else",   "fallthrough", "for",  "func",   "go",       "goto",    "if",
                                       "import", "interface",   "map",  "package", "range",   "return",  "select",
                                       "struct", "switch", "type",      "var",    NULL};

enum { LONGEST_KEYWORD = 12 }; // fallthrough, with its 0

static bool is_keyword(const char *word) {
  for (const char *const *k = keywords; *k; k++) {
    if (strcmp(word, *k) == 0) {
      return true;
    }
  }
  return false;
}

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

// go_word reads a name or a keyword into word, which is empty where it is longer than any keyword.
static void go_word(TSLexer *lexer, Go *go, char word[LONGEST_KEYWORD]) {
  unsigned n = 0;
  bool fits = true;
  while (!at_end(lexer) && is_ident(lexer->lookahead)) {
    if (n < LONGEST_KEYWORD - 1 && !is_wide(lexer->lookahead)) {
      word[n++] = (char)lexer->lookahead;
    } else {
      fits = false;
    }
    advance(lexer);
  }
  word[fits ? n : 0] = 0;
  if (!is_keyword(word)) {
    type_token(go, WORD);
    after_operand(go);
    return;
  }
  type_token(go, is(word, "func")        ? FUNC
                 : is(word, "map")       ? MAP
                 : is(word, "struct")    ? STRUCT
                 : is(word, "interface") ? INTERFACE
                 : is(word, "chan")      ? CHAN
                                         : ANYTHING);
  after_operator(go);
  go->semi = is(word, "return") || is(word, "break") || is(word, "continue") || is(word, "fallthrough");
}

// go_number reads a number from behind its first character.
static void go_number(TSLexer *lexer, Go *go, int32_t first) {
  int32_t before = first;
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    bool sign = (c == '+' || c == '-') && ((before | 0x20) == 'e' || (before | 0x20) == 'p');
    if (!sign && c != '.' && !is_ident(c)) {
      break;
    }
    before = c;
    advance(lexer);
  }
  type_token(go, ANYTHING);
  after_operand(go);
}

static void go_string(TSLexer *lexer, Go *go, int32_t quote) {
  advance(lexer);
  while (!at_end(lexer) && !accept(lexer, quote)) {
    int32_t c = lexer->lookahead;
    if (c == '\n' && quote != '`') {
      break;
    }
    advance(lexer);
    if (c == '\\' && quote != '`' && !at_end(lexer) && lexer->lookahead != '\n') {
      advance(lexer);
    }
  }
  type_token(go, ANYTHING);
  after_operand(go);
}

// go_operator reads the rest of an operator that starts with c.
static void go_operator(TSLexer *lexer, Go *go, int32_t c) {
  int token = c == '*' ? '*' : ANYTHING;
  bool increment = false;
  switch (c) {
  case '+':
  case '-':
    increment = accept(lexer, c);
    if (!increment) {
      accept(lexer, '=');
    }
    break;
  case '&':
    if (!accept(lexer, '&')) {
      accept(lexer, '^');
      accept(lexer, '=');
    }
    break;
  case '|':
    if (!accept(lexer, '|')) {
      accept(lexer, '=');
    }
    break;
  case '<':
    if (accept(lexer, '-')) {
      token = ARROW;
    } else {
      accept(lexer, '<');
      accept(lexer, '=');
    }
    break;
  case '>':
    accept(lexer, '>');
    accept(lexer, '=');
    break;
  case '*':
  case '^':
  case '/':
  case '%':
  case '=':
  case '!':
  case ':':
    accept(lexer, '=');
    break;
  }
  type_token(go, token);
  if (increment) {
    after_operand(go);
  } else {
    after_operator(go);
  }
}

// go_block_comment reads a comment from behind its /*.
static void go_block_comment(TSLexer *lexer, Go *go) {
  bool lines = false;
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '*' && accept(lexer, '/')) {
      break;
    }
    lines = lines || c == '\n';
  }
  if (lines && go->semi) { // as a line break, but the statement goes on
    after_operator(go);
  }
}

static void to_line_end(TSLexer *lexer) {
  while (!at_end(lexer) && lexer->lookahead != '\n') {
    advance(lexer);
  }
}

// go_code reads Go up to what ends it, or to markup in the place of an operand. The token ends behind the last token of
// Go: blanks and comments behind that are not part of it. Behind markup there may be none.
static bool go_code(Scanner *s, TSLexer *lexer, Go *go, enum Token token, const bool *valid) {
  bool first = token == GO_CONTAINER, some = token == GO_MORE;
  enum { NO_SIGNATURE, FUNC_READ, PARAMS_OPEN } signature = NO_SIGNATURE;
  mark(lexer);
  for (; !at_end(lexer); first = false) {
    int32_t c = lexer->lookahead;
    if (is_blank(c)) {
      advance(lexer);
      if (c == '\n') {
        new_line(go);
      }
      continue;
    }
    bool line_ended = go->ended && go->depth == 0;
    if (c == '/' || c == '<') { // both are taken here: what they mean shows behind them
      advance(lexer);
      int32_t next = lexer->lookahead;
      bool after_less = c == '<' && next == '/';
      if (after_less) {
        advance(lexer);
        next = lexer->lookahead;
        if (is_letter(next) || next == '>') { // an end tag, which Go has no use for
          break;
        }
      }
      if ((c == '/' || after_less) && (next == '/' || next == '*')) {
        if (after_less) {
          after_operator(go);
        }
        advance(lexer);
        if (next == '/') {
          to_line_end(lexer);
        } else {
          go_block_comment(lexer, go);
        }
        signature = signature == FUNC_READ ? NO_SIGNATURE : signature;
        continue;
      }
      if (line_ended && (go->mode == LABEL || go->mode == CODE || go->mode == IN_TAG)) {
        break;
      }
      if (c == '<' && !after_less && go->operand && (is_letter(next) || next == '>')) {
        type_token(go, ANYTHING);
        return suspend(s, go) && take(lexer, token);
      }
      go->ended = false;
      go_operator(lexer, go, after_less ? '/' : c);
      mark(lexer);
      some = true;
      signature = signature == FUNC_READ ? NO_SIGNATURE : signature;
      continue;
    }
    if (line_ended) {
      if (go->mode == LABEL || ((go->mode == CODE || go->mode == IN_TAG) && c != '}')) {
        break;
      }
      go->ended = false;
    }
    if (go->depth == 0) {
      if (c == '}' || (c == ']' && go->mode == TYPE) || (c == ',' && (go->mode == ITEM || go->mode == TYPE)) ||
          (c == '{' && go->mode == HEADER && opens_block(go))) {
        break;
      }
      if (c == ':' && (go->mode == ITEM || go->mode == LABEL)) {
        advance(lexer);
        if (go->mode == ITEM || !accept(lexer, '=')) {
          break;
        }
        after_operator(go);
        mark(lexer);
        some = true;
        continue;
      }
    }
    bool func_read = signature == FUNC_READ;
    if (func_read) {
      signature = c == '(' ? PARAMS_OPEN : NO_SIGNATURE;
    }
    if (is_letter(c) || c == '_' || is_wide(c)) {
      char word[LONGEST_KEYWORD];
      go_word(lexer, go, word);
      if (first) {
        if (is(word, "if") || is(word, "for") || is(word, "switch")) {
          return false;
        }
        if (is(word, "func") && valid[SLOT_SIGNATURE]) {
          signature = FUNC_READ;
        }
      }
    } else if (is_digit(c)) {
      advance(lexer);
      go_number(lexer, go, c);
    } else {
      switch (c) {
      case '"':
      case '\'':
      case '`':
        go_string(lexer, go, c);
        break;
      case '(':
      case '[':
        type_token(go, c);
        advance(lexer);
        if (!open_bracket(go, c == '(' ? PAREN : SQUARE)) {
          return false;
        }
        break;
      case '{':
        advance(lexer);
        if (!open_bracket(go, BRACE)) {
          return false;
        }
        break;
      case ')':
      case ']':
        type_token(go, ANYTHING);
        advance(lexer);
        close_bracket(go, c == ')' ? PAREN : SQUARE);
        if (signature == PARAMS_OPEN && c == ')' && go->depth == 0) {
          // A func without a result is markup with parameters.
          signature = NO_SIGNATURE;
          mark(lexer);
          for (; !at_end(lexer) && is_blank(lexer->lookahead); advance(lexer)) {
            if (lexer->lookahead == '\n') {
              new_line(go);
            }
          }
          if (lexer->lookahead == '{') {
            return take(lexer, SLOT_SIGNATURE);
          }
          some = true;
          continue;
        }
        break;
      case '}':
        if (!close_brace(go)) {
          return some && take(lexer, token);
        }
        advance(lexer);
        break;
      case '.': {
        bool spread = go->depth == 0 && !go->operand;
        advance(lexer);
        if (is_digit(lexer->lookahead)) {
          go_number(lexer, go, c);
        } else if (accept(lexer, '.') && accept(lexer, '.')) {
          if (spread && go->mode == IN_TAG) {
            return some && take(lexer, token);
          }
          type_token(go, ANYTHING);
          if (spread) {
            go->semi = true;
          } else {
            after_operator(go);
          }
        } else {
          type_token(go, '.');
          after_operator(go);
        }
        break;
      }
      default:
        advance(lexer);
        go_operator(lexer, go, c);
      }
    }
    mark(lexer);
    some = true;
  }
  return some && take(lexer, token);
}

// leading_comment reads a // among the first things in braces from behind it. It ends at the } that closes the braces.
static bool leading_comment(TSLexer *lexer) {
  unsigned depth = 0;
  mark(lexer);
  while (!at_end(lexer) && lexer->lookahead != '\n') {
    int32_t c = lexer->lookahead;
    if (c == '}' && depth-- == 0) {
      break;
    }
    if (c == '{') {
      depth++;
    }
    advance(lexer);
    if (!is_blank(c)) {
      mark(lexer);
    }
  }
  return take(lexer, LEADING_COMMENT);
}

static bool trailing_comment(TSLexer *lexer) {
  mark(lexer);
  while (!at_end(lexer) && lexer->lookahead != '\n') {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (!is_blank(c)) {
      mark(lexer);
    }
  }
  return take(lexer, TRAILING_COMMENT);
}

// go_start reads where Go starts, or where markup in its middle, a comment or the { of a block can stand. Only markup
// that Go has stopped for is an operand: every other < stands where } is missing.
static bool go_start(Scanner *s, TSLexer *lexer, const bool *valid) {
  mark(lexer);
  skip_blanks(lexer);
  if (valid[OPERAND_HERE] && accept(lexer, '<')) {
    bool markup = is_letter(lexer->lookahead) || lexer->lookahead == '>';
    return markup && s->depth > 0 && s->stack[s->depth - 1] == IN_GO && take(lexer, OPERAND_HERE);
  }
  if (at_end(lexer)) {
    return false;
  }
  if (lexer->lookahead == '/' && (valid[LEADING_COMMENT] || valid[TRAILING_COMMENT])) {
    advance(lexer);
    if (accept(lexer, '/')) {
      return valid[LEADING_COMMENT] ? leading_comment(lexer) : trailing_comment(lexer);
    }
    if (accept(lexer, '*')) {
      Go none = {.mode = CODE};
      go_block_comment(lexer, &none);
      return take_to_here(lexer, valid[LEADING_COMMENT] ? LEADING_COMMENT : TRAILING_COMMENT);
    }
    return false;
  }
  if (lexer->lookahead == '{' && valid[BLOCK_OPEN]) {
    advance(lexer);
    return push(s, IN_BLOCK) && take_to_here(lexer, BLOCK_OPEN);
  }
  static const struct {
    enum Token token;
    enum Mode mode;
  } starts[] = {
      {GO_CONTAINER, CODE}, {GO_IN_TAG, IN_TAG}, {GO_VALUE, CODE}, {GO_HEADER, HEADER},
      {GO_LABEL, LABEL},    {GO_ITEM, ITEM},     {GO_TYPE, TYPE},
  };
  for (unsigned i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    if (valid[starts[i].token]) {
      Go go = {.mode = starts[i].mode, .operand = true};
      return go_code(s, lexer, &go, starts[i].token, valid);
    }
  }
  return false;
}

// Attributes (element.go)

// is_raw takes the attribute is:raw, if it has no value.
static bool is_raw(TSLexer *lexer) {
  for (const char *c = "is:raw"; *c; c++) {
    if (!accept(lexer, *c)) {
      return false;
    }
  }
  mark(lexer);
  if (is_attribute(lexer->lookahead) && !at_end(lexer)) {
    return false;
  }
  pass_blanks(lexer);
  return lexer->lookahead != '=' && take(lexer, IS_RAW_NAME);
}

// attribute_value reads a value without quotes.
static bool attribute_value(TSLexer *lexer) {
  skip_blanks(lexer);
  bool some = false;
  while (!at_end(lexer)) {
    int32_t c = lexer->lookahead;
    if (c != '/' && !is_attribute(c)) {
      break;
    }
    mark(lexer);
    advance(lexer);
    if (c == '/' && lexer->lookahead == '>') {
      return some && take(lexer, ATTRIBUTE_VALUE);
    }
    mark(lexer);
    some = true;
  }
  return some && take(lexer, ATTRIBUTE_VALUE);
}

// template_text reads text between ` and ${.
static bool template_text(TSLexer *lexer) {
  bool some = false;
  while (!at_end(lexer) && lexer->lookahead != '`') {
    int32_t c = lexer->lookahead;
    mark(lexer);
    advance(lexer);
    if (c == '$' && lexer->lookahead == '{') {
      return some && take(lexer, TEMPLATE_TEXT);
    }
    some = true;
  }
  mark(lexer);
  return some && take(lexer, TEMPLATE_TEXT);
}

static bool start_tag_end(Scanner *s, TSLexer *lexer) {
  advance(lexer);
  uint16_t word = element(s->name);
  s->name = 0;
  return push(s, word) && take_to_here(lexer, START_TAG_END);
}

// in_tag reads between the attributes of a start tag.
static bool in_tag(Scanner *s, TSLexer *lexer, const bool *valid) {
  skip_blanks(lexer);
  if (valid[START_TAG_END] && lexer->lookahead == '>') {
    return start_tag_end(s, lexer);
  }
  return valid[IS_RAW_NAME] && is_raw(lexer);
}

// recover reads behind a mistake, where the parser takes anything. The end of a tag or what stands between tags lets it
// find back.
static bool recover(Scanner *s, TSLexer *lexer, const bool *valid) {
  mark(lexer);
  skip_blanks(lexer);
  if (s->name == 0 || lexer->lookahead == '<') {
    return content(s, lexer, valid);
  }
  return lexer->lookahead == '>' && start_tag_end(s, lexer);
}

// The functions that the parser calls

static bool any(const bool *valid, enum Token from, enum Token to) {
  for (unsigned i = from; i <= to; i++) {
    if (valid[i]) {
      return true;
    }
  }
  return false;
}

static bool scan(Scanner *s, TSLexer *lexer, const bool *valid) {
  if (valid[ERROR_SENTINEL]) {
    return recover(s, lexer, valid);
  }
  if (valid[FENCE_CODE] || valid[FENCE_CLOSE]) {
    return fence(lexer, valid);
  }
  if (valid[RAW_TEXT] || valid[END_OPEN]) {
    return raw(s, lexer, valid);
  }
  if (valid[TEMPLATE_TEXT]) {
    return template_text(lexer);
  }
  if (any(valid, HTML_NAME, NO_NAME)) {
    return start_name(s, lexer);
  }
  if (valid[END_HTML_NAME]) {
    Name name = end_name(lexer);
    bool component = s->name ? s->name & 1 : name.component; // </SCRIPT> ends <script>
    return name.length > 0 && take_to_here(lexer, component ? END_COMPONENT_NAME : END_HTML_NAME);
  }
  if (valid[GO_MORE]) {
    Go go;
    return resume(s, &go) && go_code(s, lexer, &go, GO_MORE, valid);
  }
  if (valid[GO_CONTAINER] || valid[GO_HEADER] || valid[GO_LABEL]) {
    s->name = 0;
  }
  if (any(valid, GO_CONTAINER, OPERAND_HERE) || valid[LEADING_COMMENT] || valid[TRAILING_COMMENT] || valid[BLOCK_OPEN]) {
    return go_start(s, lexer, valid);
  }
  if (valid[ATTRIBUTE_VALUE]) {
    return attribute_value(lexer);
  }
  if (valid[START_TAG_END] || valid[IS_RAW_NAME]) {
    return in_tag(s, lexer, valid);
  }
  s->name = 0;
  return content(s, lexer, valid);
}

void *tree_sitter_gosite_external_scanner_create(void) { return calloc(1, sizeof(Scanner)); }

void tree_sitter_gosite_external_scanner_destroy(void *payload) { free(payload); }

bool tree_sitter_gosite_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  return scan(payload, lexer, valid);
}

unsigned tree_sitter_gosite_external_scanner_serialize(void *payload, char *buffer) {
  const Scanner *s = payload;
  size_t size = s->depth * sizeof s->stack[0];
  memcpy(buffer, &s->name, sizeof s->name);
  memcpy(buffer + sizeof s->name, s->stack, size);
  return (unsigned)(sizeof s->name + size);
}

void tree_sitter_gosite_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *s = payload;
  s->name = 0;
  s->depth = 0;
  if (length < sizeof s->name) {
    return;
  }
  memcpy(&s->name, buffer, sizeof s->name);
  size_t size = length - sizeof s->name;
  memcpy(s->stack, buffer + sizeof s->name, size);
  s->depth = (uint16_t)(size / sizeof s->stack[0]);
}
