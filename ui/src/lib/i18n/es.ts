// Every area keeps its texts in a file of its own: `es/schedule.json` holds `schedule.*`.
const files = import.meta.glob<Record<string, string>>('./es/*.json', { eager: true, import: 'default' });

const texts: Record<string, string> = {};
for (const [path, entries] of Object.entries(files)) {
  const area = path.slice('./es/'.length, -'.json'.length);
  for (const [key, text] of Object.entries(entries)) texts[`${area}.${key}`] = text;
}

export default texts;
