/** Parts of a self-contained HTML page: line charts as SVG, image grids as PNG, escaped text. Nothing is fetched. */
package io.flowmap.page;
