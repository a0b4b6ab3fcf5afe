package diag

var configCodes = []CodeInfo{}
