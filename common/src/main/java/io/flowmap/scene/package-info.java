/**
 * Captioned scenes: drawings of one or two objects, 32x32 RGB, their captions and the two laws that they are sampled by. A caption says
 * exactly what the scene shows, so that pictures drawn for it can be checked without a network.
 */
package io.flowmap.scene;
