#pragma once

// From merged layers to the inventory that SBOMs carry and matching looks at.

#include <string>
#include <vector>

#include "image/merge/merged_image.hpp"
#include "image/merge/ownership.hpp"
#include "image/model/inventory.hpp"

namespace yagura::image {

// A step of the configuration's history (OCI image-spec 1.1, config.md).
struct HistoryStep {
  std::string created_by;
  bool empty_layer = false;
};

// Tells each layer the step that made it. Where there are not as many steps with a layer as layers,
// nobody knows which is whose, and nothing is told.
void attach_history(std::vector<LayerInfo>& layers, const std::vector<HistoryStep>& history);

// Fills what the image's files say into `inventory`: distro, components, incomplete; and layers
// where the caller has told none (digests and sizes as they were read). What else the inventory has
// is the caller's. Of one component:
//   layer  the first layer from which on every version of its database has this package in this
//          version: not the one that rewrote the database last
//   owner  for what is no distribution's package: the package of the distribution that owns `path`
// A package that one file tells twice is one component.
void fill_inventory(const MergedImage& image, const Ownership& ownership, Inventory& inventory);

}  // namespace yagura::image
