; What an editor selects or jumps to as a thing of its own. Helix reads the captures that end with around and inside, Neovim's
; textobjects those that end with outer and inner.

(element
  (start_tag)
  (_)* @xml-element.inside
  (end_tag)) @xml-element.around

(attribute) @parameter.outer
(shorthand_attribute) @parameter.outer
(spread_attribute) @parameter.outer

(if_statement (block) @conditional.inner) @conditional.outer
(switch_statement (switch_block) @conditional.inner) @conditional.outer
(for_statement (block) @loop.inner) @loop.outer
(slot_function (block) @function.inside @function.inner) @function.around @function.outer

(comment) @comment.inside @comment.around @comment.outer
(go_comment) @comment.inside @comment.around @comment.outer
