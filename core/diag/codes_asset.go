package diag

var assetCodes = []CodeInfo{}
