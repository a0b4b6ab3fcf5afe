; Go, CSS, JavaScript and Markdown come by injections.scm: here are the parts of the component around them.

(tag_name) @tag
(component_name) @type

(attribute_name) @attribute
((attribute_name) @keyword
  (#match? @keyword "^(is|set|class|style|define|client|server):"))

(attribute_value) @string
(quoted_attribute_value) @string
(template_value) @string
(template_hole) @embedded

(comment) @comment
(go_comment) @comment
(doctype) @constant
(erroneous_end_tag) @tag.error

["if" "else" "for" "switch" "case" "default"] @keyword

(fence "---" @punctuation.special)

["<" ">" "</" "/>"] @punctuation.bracket
["{" "}" "[" "]" "${"] @punctuation.bracket
["," ":"] @punctuation.delimiter
["=" "..."] @operator

; What Go is taken for where no Go grammar is installed.
(shorthand_attribute (go_code) @variable)
(spread_attribute (go_code) @variable)
