import { expect, it } from 'vitest';
import { breedFiles, keptBreedFiles } from '../../scripts/breeds.mjs';

it('the breeds that are kept are those of the list they are from: `npm run breeds` renews them', () => {
  expect(keptBreedFiles()).toEqual(breedFiles());
});
