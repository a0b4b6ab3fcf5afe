package diag

var adapterCodes = []CodeInfo{}
