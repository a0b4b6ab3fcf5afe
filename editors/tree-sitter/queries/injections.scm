; Each piece of Go is injected by itself, without the markup that stands in it.

((go_code) @injection.content
  (#set! injection.language "go"))

((slot_signature) @injection.content
  (#set! injection.language "go"))

((go_comment) @injection.content
  (#set! injection.language "comment"))

((comment) @injection.content
  (#set! injection.language "comment"))

; Scripts are bundled, and may be TypeScript, unless they stand where they are or have a type of their own. The = stands in
; brackets because Neovim's expressions would take it for a quantifier.

((script_element
  (start_tag) @_tag
  (raw_text) @injection.content)
  (#not-match? @_tag "[ \t\r\n]((is:inline|define:vars)[ \t\r\n=>]|type[ \t\r\n]*[=])")
  (#set! injection.language "typescript"))

((script_element
  (start_tag) @_tag
  (raw_text) @injection.content)
  (#match? @_tag "[ \t\r\n](is:inline|define:vars)[ \t\r\n=>]")
  (#not-match? @_tag "[ \t\r\n]type[ \t\r\n]*[=]")
  (#set! injection.language "javascript"))

((script_element
  (start_tag
    (attribute
      (attribute_name) @_name
      [
        (attribute_value) @_type
        (quoted_attribute_value (attribute_value) @_type)
      ]))
  (raw_text) @injection.content)
  (#eq? @_name "type")
  (#match? @_type "^(module|text/javascript|application/javascript)$")
  (#set! injection.language "typescript"))

((script_element
  (start_tag
    (attribute
      (attribute_name) @_name
      [
        (attribute_value) @_type
        (quoted_attribute_value (attribute_value) @_type)
      ]))
  (raw_text) @injection.content)
  (#eq? @_name "type")
  (#match? @_type "^(importmap|speculationrules|application/(ld.)?json)$")
  (#set! injection.language "json"))

((style_element
  (raw_text) @injection.content)
  (#set! injection.language "css"))

((attribute
  (attribute_name) @_name
  (quoted_attribute_value
    (attribute_value) @injection.content))
  (#eq? @_name "style")
  (#set! injection.language "css"))

((attribute
  (attribute_name) @_name
  (quoted_attribute_value
    (attribute_value) @injection.content))
  (#match? @_name "^on[a-z]+$")
  (#set! injection.language "javascript"))
