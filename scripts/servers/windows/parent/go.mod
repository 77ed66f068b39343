module parent

go 1.20
