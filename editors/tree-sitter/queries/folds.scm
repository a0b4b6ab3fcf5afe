[
  (fence)
  (element (start_tag) (end_tag))
  (script_element)
  (style_element)
  (raw_element)
  (block)
  (switch_block)
  (case_clause)
  (default_clause)
  (go_list)
  (comment)
  (go_comment)
] @fold
