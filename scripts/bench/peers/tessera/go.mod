module unbroken/tessera

go 1.24.0

require github.com/transparency-dev/tessera v1.0.4
