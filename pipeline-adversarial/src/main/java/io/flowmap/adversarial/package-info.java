/** Adversarial finetuning of a flow map as a Spark job (AYF, section F.2): the step of both networks, the diversity watch, the job. */
package io.flowmap.adversarial;
