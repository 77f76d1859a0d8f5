/** Sets of images and their features on the cluster: decoding, features, moments, neighbours, and the caches of all these. */
package io.flowmap.eval.set;
