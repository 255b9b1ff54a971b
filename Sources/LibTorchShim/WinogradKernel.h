// The transforms of Winograd.cpp: images to the 36 planes of their tiles, and back.
#pragma once

#include <cstdint>

namespace priorlab {

/// Images whose channels are innermost, [images, height, width, channels], in tiles of 4 x 4 pixels. The
/// last tiles may reach beyond the edge. Plane p has element p of every tile's 6 x 6, [tiles, channels].
struct TiledImages {
  int64_t images, height, width;
  /// A multiple of 16.
  int64_t channels;

  int64_t tileRows() const { return (height + 3) / 4; }
  int64_t tileColumns() const { return (width + 3) / 4; }
  int64_t tiles() const { return images * tileRows() * tileColumns(); }
};

/// Bᵀ d B of each tile d with the pixels around it, zeros beyond the edge.
void winogradInput(const TiledImages &x, const float *pixels, float *planes);

/// Aᵀ m A of each tile's planes m, plus the channel's bias where there is one.
void winogradOutput(const TiledImages &y, const float *planes, const float *bias, float *pixels);

/// A g Aᵀ of each tile g of an output's gradient.
void winogradGradient(const TiledImages &y, const float *pixels, float *planes);

}  // namespace priorlab
