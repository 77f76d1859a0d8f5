/** Parts of a self-contained HTML page: line charts as SVG, grids of images as PNG, text escaped. Nothing is fetched. */
package io.flowmap.page;
