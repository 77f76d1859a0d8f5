/** The discriminator of adversarial finetuning, its losses and penalties, and the program that both networks' gradients come from. */
package io.flowmap.adversarial.discriminator;
