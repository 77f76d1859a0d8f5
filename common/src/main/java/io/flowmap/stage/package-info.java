/** What every job is made of: its interface and context, progress, and stages with their manifests and locks. */
package io.flowmap.stage;
