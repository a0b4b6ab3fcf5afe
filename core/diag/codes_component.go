package diag

var componentCodes = []CodeInfo{}
