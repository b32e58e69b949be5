// Words the clinic in memory is made of.
export const FIRST =
  'Ana Marta Luis Elena Carlos Sofía Diego Lucía Pablo Irene Hugo Nora Javier Clara Tomás Emma Oliver Grace Henry Alice Samuel Ruth Daniel Ivy Noah Paula Mateo Julia Adrián Laura'.split(
    ' ',
  );
export const LAST =
  'García Romero Vidal Navarro Ortega Molina Serrano Castillo Ibáñez Prieto Hughes Bennett Walker Ellis Murphy Foster Kelly Grant Palmer Doyle Rossi Keller Novak Silva Costa'.split(
    ' ',
  );
export const PETS =
  'Luna Toby Nala Rocky Kira Simba Coco Bimba Thor Lola Max Mía Zeus Nina Bruno Milo Daisy Oreo Pepper Ziggy Olive Biscuit Maple Cleo Otis'.split(
    ' ',
  );
export const BREEDS = {
  dog: [
    'Labrador Retriever',
    'Border Collie',
    'Beagle',
    'Yorkshire Terrier',
    'German Shepherd',
    'Podenco',
    'Mixed breed',
  ],
  cat: ['European Shorthair', 'Siamese', 'Maine Coon', 'Persian'],
  rabbit: ['Holland Lop', 'Mini Rex'],
  bird: ['Budgerigar', 'Cockatiel'],
} as const;
export const REASONS = [
  'Limping on the left hind leg',
  'Yearly check',
  'Itching since last week',
  'Stitches out',
  'Second dose',
  'Not eating since yesterday',
  'Ear smells',
  'Before the holidays',
];
