package wire

// Shape is replaced by the generator work.
type Shape struct{}
