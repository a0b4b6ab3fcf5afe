/// <reference types="tree-sitter-cli/dsl" />
// @ts-check
//
// The grammar of .gosite components. It follows core/syntax: what that parser accepts, this one parses without an error,
// with the same elements, Go code and blocks at the same bytes (test/agree_test.go).
//
// src/scanner.c reads what takes more than a regular expression: Go, up to where it ends or markup stands as an operand,
// text, raw content, the names of elements. It also remembers which elements and blocks are open, so that an end tag finds
// its element and an element that is not closed ends with what it stands in.
//
// All Go is a go_code: a language of its own that injections.scm gives to the Go grammar.

const LISTS = ["class:list", "style:list", "define:vars"];

module.exports = grammar({
  name: "gosite",

  // The order is that of enum Token in src/scanner.c.
  externals: ($) => [
    $._fence_open,
    $._fence_code,
    $._fence_close,
    $.text,
    $.comment,
    $.raw_text,
    $._end_open,
    $._html_name,
    $._component_name,
    $._slot_name,
    $._void_name,
    $._script_name,
    $._style_name,
    $._raw_name,
    $._no_name,
    $._start_tag_end,
    $._end_tag_here,
    $._end_html_name,
    $._end_component_name,
    $._implicit_end_tag,
    $.erroneous_end_tag,
    $._block_open,
    $._block_close,
    $._go_container,
    $.slot_signature,
    $._go_in_tag,
    $._go_value,
    $._go_header,
    $._go_label,
    $._go_item,
    $._go_type,
    $._operand_here,
    $._go_more,
    $._leading_comment,
    $._trailing_comment,
    $._is_raw_name,
    $.attribute_value,
    $.template_text,
    $._error_sentinel,
  ],

  extras: (_) => [/[ \t\r\n\f]+/],

  // Behind a key, a comment stands before the colon or ends the item.
  conflicts: ($) => [[$.list_item]],

  inline: ($) => [$._name],

  rules: {
    document: ($) => seq(optional($.fence), repeat($._node)),

    fence: ($) =>
      seq(
        alias($._fence_open, "---"),
        optional(alias($._fence_code, $.go_code)),
        alias($._fence_close, "---"),
      ),

    _node: ($) => choice($.text, $.doctype, $.erroneous_end_tag, $._arm_node),

    // What may stand in an arm of a switch: anything but text.
    _arm_node: ($) => choice($.comment, $._markup, $._container),

    doctype: (_) => /<![dD][oO][cC][tT][yY][pP][eE][^>\n]*>/,

    // Elements.

    _markup: ($) =>
      choice($.element, $.script_element, $.style_element, $.raw_element),

    element: ($) =>
      choice(
        seq(
          $.start_tag,
          repeat($._node),
          choice(seq($._end_tag_here, $.end_tag), $._implicit_end_tag),
        ),
        $.self_closing_tag,
        alias($._void_tag, $.start_tag),
        alias($._void_self_closing_tag, $.self_closing_tag),
      ),

    script_element: ($) =>
      choice(
        $._raw_content_script,
        alias($._script_self_closing_tag, $.self_closing_tag),
      ),
    style_element: ($) =>
      choice(
        $._raw_content_style,
        alias($._style_self_closing_tag, $.self_closing_tag),
      ),
    // An element with is:raw, or one whose content browsers take literally.
    raw_element: ($) =>
      choice(
        $._raw_content,
        alias($._raw_self_closing_tag, $.self_closing_tag),
      ),

    _raw_content_script: ($) =>
      seq(
        alias($._script_start_tag, $.start_tag),
        optional($.raw_text),
        alias($._raw_end_tag, $.end_tag),
      ),
    _raw_content_style: ($) =>
      seq(
        alias($._style_start_tag, $.start_tag),
        optional($.raw_text),
        alias($._raw_end_tag, $.end_tag),
      ),
    _raw_content: ($) =>
      seq(
        alias(choice($._raw_start_tag, $._is_raw_start_tag), $.start_tag),
        optional($.raw_text),
        alias($._raw_end_tag, $.end_tag),
      ),

    start_tag: ($) =>
      seq(
        choice($._open, seq("<", $._no_name)),
        alias($._start_tag_end, ">"),
      ),
    self_closing_tag: ($) => seq(choice($._open, $._is_raw_open), "/>"),
    end_tag: ($) =>
      seq(
        alias($._end_open, "</"),
        optional(
          choice(
            alias($._end_html_name, $.tag_name),
            alias($._end_component_name, $.component_name),
          ),
        ),
        ">",
      ),

    // A start tag up to its end.
    _open: ($) => choice($._plain_open, $._slot_open),
    _plain_open: ($) => seq("<", $._name, optional($._attributes)),
    _name: ($) =>
      choice(
        alias($._html_name, $.tag_name),
        seq(
          alias($._component_name, $.component_name),
          optional($.type_arguments),
        ),
      ),
    _slot_open: ($) =>
      seq("<", alias($._slot_name, $.tag_name), optional($._slot_attributes)),
    // The same with is:raw among the attributes.
    _is_raw_open: ($) =>
      choice(
        seq(
          $._plain_open,
          alias($._is_raw, $.attribute),
          repeat(choice($._attribute, alias($._is_raw, $.attribute))),
        ),
        seq(
          $._slot_open,
          alias($._is_raw, $.attribute),
          repeat(choice($._slot_attribute, alias($._is_raw, $.attribute))),
        ),
      ),
    _is_raw_start_tag: ($) => seq($._is_raw_open, ">"),

    _void_open: ($) =>
      seq("<", alias($._void_name, $.tag_name), optional($._raw_attributes)),
    _void_tag: ($) => seq($._void_open, ">"),
    _void_self_closing_tag: ($) => seq($._void_open, "/>"),

    _script_open: ($) =>
      seq("<", alias($._script_name, $.tag_name), optional($._raw_attributes)),
    _script_start_tag: ($) => seq($._script_open, ">"),
    _script_self_closing_tag: ($) => seq($._script_open, "/>"),

    _style_open: ($) =>
      seq("<", alias($._style_name, $.tag_name), optional($._raw_attributes)),
    _style_start_tag: ($) => seq($._style_open, ">"),
    _style_self_closing_tag: ($) => seq($._style_open, "/>"),

    _raw_open: ($) =>
      seq("<", alias($._raw_name, $.tag_name), optional($._raw_attributes)),
    _raw_start_tag: ($) => seq($._raw_open, ">"),
    _raw_self_closing_tag: ($) => seq($._raw_open, "/>"),

    _raw_end_tag: ($) =>
      seq(
        alias($._end_open, "</"),
        choice(
          alias($._end_html_name, $.tag_name),
          alias($._end_component_name, $.component_name),
        ),
        ">",
      ),

    type_arguments: ($) =>
      seq(
        token.immediate(prec(1, "[")),
        repeat(choice($._go_comment, ",", alias($.type_code, $.go_code))),
        "]",
      ),

    // Attributes.

    _attributes: ($) => repeat1($._attribute),
    _slot_attributes: ($) => repeat1($._slot_attribute),
    _raw_attributes: ($) =>
      repeat1(choice($._attribute, alias($._is_raw, $.attribute))),

    _attribute: ($) =>
      choice(
        $.attribute,
        alias($._list_attribute, $.attribute),
        $.shorthand_attribute,
        $.spread_attribute,
        $.attribute_comment,
      ),
    _slot_attribute: ($) =>
      choice($._attribute, alias($._args_attribute, $.attribute)),

    attribute: ($) => seq($.attribute_name, optional($._value)),
    // is:raw without a value.
    _is_raw: ($) => alias($._is_raw_name, $.attribute_name),
    // The braces of these hold Go elements, as those of a composite literal do.
    _list_attribute: ($) =>
      seq(
        alias(choice(...LISTS), $.attribute_name),
        optional(choice($._literal_value, seq("=", $.go_list))),
      ),
    _args_attribute: ($) =>
      seq(
        alias("args", $.attribute_name),
        optional(choice($._literal_value, seq("=", $.go_list))),
      ),

    attribute_name: (_) => /[^ \t\r\n\f"'>/={}<`]+/,

    _value: ($) =>
      choice(
        $._literal_value,
        seq("=", alias($._value_interpolation, $.interpolation)),
      ),
    _literal_value: ($) =>
      seq("=", choice($.quoted_attribute_value, $.attribute_value, $.template_value)),

    quoted_attribute_value: ($) =>
      choice(
        seq(
          '"',
          optional(alias(token.immediate(/[^"]+/), $.attribute_value)),
          token.immediate('"'),
        ),
        seq(
          "'",
          optional(alias(token.immediate(/[^']+/), $.attribute_value)),
          token.immediate("'"),
        ),
      ),

    template_value: ($) =>
      seq("`", repeat(choice($.template_text, $.template_hole)), "`"),
    template_hole: ($) =>
      seq(
        "${",
        repeat($._go_comment),
        alias($.value_code, $.go_code),
        repeat($._go_comment),
        "}",
      ),

    _value_interpolation: ($) =>
      seq(
        "{",
        repeat($._go_comment),
        alias($.value_code, $.go_code),
        repeat($._go_comment),
        "}",
      ),

    go_list: ($) =>
      seq("{", repeat(choice($._go_comment, ",", $.list_item)), "}"),
    list_item: ($) =>
      choice(
        field("value", alias($.item_code, $.go_code)),
        seq(
          field("key", alias($.item_code, $.go_code)),
          repeat($._go_comment),
          ":",
          repeat($._go_comment),
          field("value", alias($.item_code, $.go_code)),
        ),
      ),

    shorthand_attribute: ($) =>
      seq(
        "{",
        repeat($._go_comment_first),
        alias($.tag_code, $.go_code),
        repeat($._go_comment),
        "}",
      ),
    spread_attribute: ($) =>
      seq(
        "{",
        repeat($._go_comment_first),
        alias($.tag_code, $.go_code),
        "...",
        repeat($._go_comment),
        "}",
      ),
    attribute_comment: ($) => seq("{", repeat1($._go_comment_first), "}"),

    // What stands in braces between tags.

    _container: ($) =>
      choice(
        $.interpolation,
        $.if_statement,
        $.for_statement,
        $.switch_statement,
        $.slot_function,
      ),

    // An expression, a statement without output, or nothing but comments.
    interpolation: ($) =>
      seq(
        "{",
        choice(
          seq(
            repeat($._go_comment_first),
            $.go_code,
            repeat($._go_comment),
          ),
          repeat1($._go_comment_first),
        ),
        "}",
      ),

    if_statement: ($) =>
      seq("{", $._if, repeat(seq("else", $._if)), optional($.else_clause), "}"),
    _if: ($) =>
      seq("if", $._header, field("body", $.block)),
    else_clause: ($) => seq("else", field("body", $.block)),

    for_statement: ($) =>
      seq(
        "{",
        "for",
        choice($._header, repeat($._go_comment)),
        field("body", $.block),
        "}",
      ),

    switch_statement: ($) =>
      seq(
        "{",
        "switch",
        choice($._header, repeat($._go_comment)),
        field("body", $.switch_block),
        "}",
      ),
    switch_block: ($) =>
      seq(
        alias($._block_open, "{"),
        repeat(choice($.case_clause, $.default_clause)),
        alias($._block_close, "}"),
      ),
    case_clause: ($) =>
      seq(
        "case",
        repeat($._go_comment),
        field("label", alias($.label_code, $.go_code)),
        repeat($._go_comment),
        ":",
        repeat($._arm_node),
      ),
    default_clause: ($) => seq("default", ":", repeat($._arm_node)),

    slot_function: ($) =>
      seq("{", $.slot_signature, field("body", $.block), "}"),

    _header: ($) =>
      seq(
        repeat($._go_comment),
        field("header", alias($.header_code, $.go_code)),
        repeat($._go_comment),
      ),

    block: ($) =>
      seq(
        alias($._block_open, "{"),
        repeat($._node),
        alias($._block_close, "}"),
      ),

    // Go code, with markup where Go expects an operand. The scanner ends each kind at another place.

    go_code: ($) => seq($._go_container, repeat($._operand)),
    tag_code: ($) => seq($._go_in_tag, repeat($._operand)),
    value_code: ($) => seq($._go_value, repeat($._operand)),
    header_code: ($) => seq($._go_header, repeat($._operand)),
    label_code: ($) => seq($._go_label, repeat($._operand)),
    item_code: ($) => seq($._go_item, repeat($._operand)),
    type_code: ($) => seq($._go_type, repeat($._operand)),
    _operand: ($) => seq($._operand_here, $._markup, $._go_more),

    // The // of the first comments in braces ends at the } that closes them; behind code it takes its whole line.
    _go_comment_first: ($) => alias($._leading_comment, $.go_comment),
    _go_comment: ($) => alias($._trailing_comment, $.go_comment),
  },
});
