/** The framework of all jobs: their interface and context, progress, and stages with manifests and locks. */
package io.flowmap.stage;
