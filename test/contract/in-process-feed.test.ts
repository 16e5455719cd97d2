import { createCommandFeed } from '../../src/control-plane/feed/command-feed.ts';
import { openPlane } from '../control-plane/plane.ts';
import { commandFeedContract } from './command-feed-contract.ts';

commandFeedContract('in process', async () => {
  const behind = await openPlane({ outputBytes: 1000 });
  return { feed: createCommandFeed(behind.plane), behind, close: () => behind.close() };
});
