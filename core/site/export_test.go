package site

var AppendText = appendText
