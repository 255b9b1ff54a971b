// What Swift cannot see of zlib, because it is a macro there.
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

static inline int zlib_shim_begin(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}

#endif
