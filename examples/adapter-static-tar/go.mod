module example.com/adapter-static-tar

go 1.26.0

require sitegen.dev/core v0.0.0

replace sitegen.dev/core => ../../core
