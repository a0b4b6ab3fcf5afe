; Neovim reads the captures whose names begin with indent., Helix and Zed the others; each passes over those of the rest.

(element (start_tag) (end_tag)) @indent.begin @indent
(start_tag) @indent.begin @indent
(self_closing_tag) @indent.begin @indent
(block) @indent.begin @indent
(switch_block (case_clause) @indent.begin @indent)
(switch_block (default_clause) @indent.begin @indent)
(go_list) @indent.begin @indent
(interpolation) @indent.begin @indent

(end_tag) @indent.branch @outdent @end
(start_tag ">" @indent.branch @outdent @end)
(self_closing_tag "/>" @indent.branch @outdent @end)
(block "}" @indent.branch @outdent @end)
(switch_block "}" @indent.branch @outdent @end)
(go_list "}" @indent.branch @outdent @end)
(interpolation "}" @indent.branch @outdent @end)

(fence) @indent.ignore
(raw_text) @indent.ignore
(comment) @indent.ignore
