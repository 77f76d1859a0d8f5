/**
 * Flows between data (t = 0) and noise (t = 1) on the linear path x_t = (1-t) x_0 + t z: velocity fields, flow maps, time
 * pairs, samplers and closed forms.
 */
package io.flowmap.flow;
