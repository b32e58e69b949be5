export function breedFiles(): Record<string, string>;
export function keptBreedFiles(): Record<string, string>;
