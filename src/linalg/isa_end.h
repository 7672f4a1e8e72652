/* The end of what isa_each.h defines for an instruction set. */
#undef ISA
#undef NAME
#undef TARGET
#undef VECTOR_BYTES
#undef VECTORS_FLOAT
#undef VECTORS_INTEGER
#undef COLUMNS
#undef SWAP_PAIRS_F32
#undef SWAP_PAIRS_F64
#undef EVEN_F32
#undef EVEN_F64
#undef ODD_F32
#undef ODD_F64
#undef WIDEN_F32
#undef PRODUCT_32
#undef TILES_ONLY
