#include "WinogradKernel.h"

#include <cstring>

#include "Processors.h"

namespace priorlab {
namespace {

/// Sixteen channels of one pixel, or of one element of a plane.
constexpr int lanes = 16;
using Channels = float[lanes];

/// One axis of a transform, of numbers that are `stride` apart to others that are.
using Axis = void (*)(const Channels *from, Channels *to, int stride);

/// Bᵀ of Lavin and Gray 2016, section 4.3: six to six.
INLINE void input(const Channels *d, Channels *to, int stride) {
  for (int i = 0; i < lanes; i++) {
    const float d0 = d[0][i], d1 = d[stride][i], d2 = d[2 * stride][i], d3 = d[3 * stride][i],
                d4 = d[4 * stride][i], d5 = d[5 * stride][i];
    to[0][i] = 4 * d0 - 5 * d2 + d4;
    to[stride][i] = d4 + d3 - 4 * (d2 + d1);
    to[2 * stride][i] = d4 - d3 - 4 * (d2 - d1);
    to[3 * stride][i] = d4 - d2 + 2 * (d3 - d1);
    to[4 * stride][i] = d4 - d2 - 2 * (d3 - d1);
    to[5 * stride][i] = 4 * d1 - 5 * d3 + d5;
  }
}

/// Aᵀ: six to four.
INLINE void output(const Channels *m, Channels *to, int stride) {
  for (int i = 0; i < lanes; i++) {
    const float m1 = m[stride][i], m2 = m[2 * stride][i], m3 = m[3 * stride][i],
                m4 = m[4 * stride][i];
    to[0][i] = m[0][i] + (m1 + m2) + (m3 + m4);
    to[stride][i] = (m1 - m2) + 2 * (m3 - m4);
    to[2 * stride][i] = (m1 + m2) + 4 * (m3 + m4);
    to[3 * stride][i] = (m1 - m2) + 8 * (m3 - m4) + m[5 * stride][i];
  }
}

/// A: four to six.
INLINE void gradient(const Channels *g, Channels *to, int stride) {
  for (int i = 0; i < lanes; i++) {
    const float g0 = g[0][i], g1 = g[stride][i], g2 = g[2 * stride][i], g3 = g[3 * stride][i];
    to[0][i] = g0;
    to[stride][i] = (g0 + g2) + (g1 + g3);
    to[2 * stride][i] = (g0 + g2) - (g1 + g3);
    to[3 * stride][i] = (g0 + 4 * g2) + (2 * g1 + 8 * g3);
    to[4 * stride][i] = (g0 + 4 * g2) - (2 * g1 + 8 * g3);
    to[5 * stride][i] = g3;
  }
}

/// A tile's 6 x 6 places, of which a smaller square fills the first of each row and column.
using Tile = Channels[36];

/// Both axes of a transform, of `from` x `from` numbers to `to` x `to`.
template <Axis axis, int from, int to>
INLINE void transform(const Tile &tile, Tile &result) {
  Tile half;
  for (int column = 0; column < from; column++) axis(tile + column, half + column, 6);
  for (int row = 0; row < to; row++) axis(half + 6 * row, result + 6 * row, 1);
}

/// Calls body with each tile's number, its image, and the row and column of its first pixel.
template <class Body>
INLINE void forEachTile(const TiledImages &x, Body body) {
  int64_t number = 0;
  for (int64_t image = 0; image < x.images; image++)
    for (int64_t row = 0; row < x.height; row += 4)
      for (int64_t column = 0; column < x.width; column += 4) body(number++, image, row, column);
}

INLINE int64_t pixel(const TiledImages &x, int64_t image, int64_t row, int64_t column) {
  return ((image * x.height + row) * x.width + column) * x.channels;
}

/// The first channel of a place of a tile.
INLINE int64_t element(const TiledImages &x, int place, int64_t number) {
  return (place * x.tiles() + number) * x.channels;
}

/// Reads the square of `size` x `size` pixels whose first is at a row and column, zeros beyond the edge.
template <int size>
INLINE void read(const TiledImages &x, int64_t image, int64_t row, int64_t column,
                 const float *pixels, Tile &tile) {
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++) {
      const int64_t r = row + i, c = column + j;
      if (r >= 0 && r < x.height && c >= 0 && c < x.width)
        std::memcpy(tile[6 * i + j], pixels + pixel(x, image, r, c), sizeof(Channels));
      else
        std::memset(tile[6 * i + j], 0, sizeof(Channels));
    }
}

INLINE void write(const TiledImages &x, const Tile &tile, int64_t number, float *planes) {
  for (int place = 0; place < 36; place++)
    std::memcpy(planes + element(x, place, number), tile[place], sizeof(Channels));
}

}  // namespace

PER_PROCESSOR void winogradInput(const TiledImages &x, const float *pixels, float *planes) {
  forEachTile(x, [&](int64_t number, int64_t image, int64_t row, int64_t column) INLINE_LAMBDA {
    for (int64_t channel = 0; channel < x.channels; channel += lanes) {
      Tile tile, result;
      read<6>(x, image, row - 1, column - 1, pixels + channel, tile);
      transform<input, 6, 6>(tile, result);
      write(x, result, number, planes + channel);
    }
  });
}

PER_PROCESSOR void winogradOutput(const TiledImages &y, const float *planes, const float *bias,
                                  float *pixels) {
  forEachTile(y, [&](int64_t number, int64_t image, int64_t row, int64_t column) INLINE_LAMBDA {
    for (int64_t channel = 0; channel < y.channels; channel += lanes) {
      Tile tile, result;
      for (int place = 0; place < 36; place++)
        std::memcpy(tile[place], planes + element(y, place, number) + channel, sizeof(Channels));
      transform<output, 6, 4>(tile, result);
      Channels offset = {};
      if (bias) std::memcpy(offset, bias + channel, sizeof offset);
      for (int64_t r = row; r < row + 4 && r < y.height; r++)
        for (int64_t c = column; c < column + 4 && c < y.width; c++) {
          float *to = pixels + pixel(y, image, r, c) + channel;
          const float *value = result[6 * (r - row) + (c - column)];
          for (int i = 0; i < lanes; i++) to[i] = value[i] + offset[i];
        }
    }
  });
}

PER_PROCESSOR void winogradGradient(const TiledImages &y, const float *pixels, float *planes) {
  forEachTile(y, [&](int64_t number, int64_t image, int64_t row, int64_t column) INLINE_LAMBDA {
    for (int64_t channel = 0; channel < y.channels; channel += lanes) {
      Tile tile, result;
      read<4>(y, image, row, column, pixels + channel, tile);
      transform<gradient, 4, 6>(tile, result);
      write(y, result, number, planes + channel);
    }
  });
}

}  // namespace priorlab
