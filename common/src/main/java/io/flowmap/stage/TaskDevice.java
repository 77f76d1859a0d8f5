package io.flowmap.stage;

import io.flowmap.config.UserError;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.factory.Nd4j;

/** Selects the GPU of a task. */
public final class TaskDevice {
    private TaskDevice() {}

    /**
     * Makes this thread use the GPU that Spark assigned to the running task. Does nothing if no GPU is assigned or there is only one
     * device, as with the CPU library.
     *
     * @throws UserError if the address from Spark is not a device of this machine
     */
    public static void use() {
        var devices = Nd4j.getAffinityManager();
        number(TaskContext.get().resourcesJMap(), devices.getNumberOfDevices()).ifPresent(devices::unsafeSetDevice);
    }

    /** The device to switch to, out of {@code devices}; empty if there is no choice. */
    static OptionalInt number(Map<String, ResourceInformation> resources, int devices) {
        var gpu = resources.get("gpu");
        if (gpu == null || devices < 2) {
            return OptionalInt.empty();
        }
        var address = gpu.addresses()[0];
        if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= devices) {
            throw new UserError("cannot use GPU " + address + ": expected a number below " + devices
                    + ", the number of devices that CUDA sees here (see spark.executor.resource.gpu.discoveryScript)");
        }
        return OptionalInt.of(Integer.parseInt(address));
    }
}
