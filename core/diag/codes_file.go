package diag

var fileCodes = []CodeInfo{}
