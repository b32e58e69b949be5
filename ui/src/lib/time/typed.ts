// Times and durations as people type them.

/** Minutes since midnight of `9`, `9:30`, `930`, `21.15`, `9pm`, `14h`; `null` of nothing; `undefined` of what is no time. */
export function parseWallTime(typed: string): number | null | undefined {
  const text = typed
    .trim()
    .toLowerCase()
    .replace(/[\u00a0\u202f\s]+/g, '')
    .replaceAll('.m.', 'm');
  if (text === '') return null;
  const match = /^(\d{1,2})(?:[:.,h]?(\d{2}))?h?(am|pm|a|p)?$/.exec(text);
  if (!match) return undefined;
  let hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  const half = match[3]?.[0];
  if (half && (hour === 0 || hour > 12)) return undefined;
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  const minutes = hour * 60 + minute;
  return minute < 60 && minutes <= 1440 ? minutes : undefined;
}

/** Minutes of `45`, `1:30`, `1h`, `1h 30`, `1.5h`, `2d`, and of a length as it is shown; `undefined` of what is none. */
export function parseDuration(typed: string): number | undefined {
  const text = typed.trim().toLowerCase().replaceAll(',', '.').replace(/\s+/g, '');
  const clock = /^(\d{1,3}):(\d{2})$/.exec(text);
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  const match = /^(?:(\d+)d(?:ays?|[ií]as?)?)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+)(?:m|min|minutes|minutos)?)?$/.exec(text);
  if (!match || text === '') return undefined;
  const minutes = Number(match[1] ?? 0) * 1440 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0);
  return minutes > 0 && minutes <= 44_640 ? Math.round(minutes) : undefined;
}
