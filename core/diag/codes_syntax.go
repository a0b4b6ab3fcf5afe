package diag

var syntaxCodes = []CodeInfo{}
