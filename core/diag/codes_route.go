package diag

var routeCodes = []CodeInfo{}
