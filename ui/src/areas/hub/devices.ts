import { backend } from '$lib/backend';
import { live } from '$lib/data/live';

/** After how many milliseconds the hub is asked again: nobody tells this desk that another was let in, or was seen. */
const ASK_AGAIN = 5000;

/** The desks that the hub lets in, or did. */
export const devices = () => ({
  ...live(['hub'], ['hub-devices'], () => backend.hubDevices()),
  refetchInterval: ASK_AGAIN,
});
