/** What every benchmark prints: one JSON object a line for machines, a table for people. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  /** Of somebody else's: who. */
  readonly peer?: string;
}

export interface Report {
  figure(figure: Figure): void;
}

export function openReport(json: boolean): Report {
  let heading: string | undefined;
  return {
    figure(figure) {
      if (json) {
        console.log(JSON.stringify(figure));
        return;
      }
      const { bench, metric, unit } = figure;
      if (heading !== `${bench} ${metric}`) {
        heading = `${bench} ${metric}`;
        console.log(`\n${bench}: ${metric} (${unit})`);
      }
      const name = figure.peer === undefined ? figure.case : `${figure.case} [${figure.peer}]`;
      const digits = figure.value < 10 ? 2 : figure.value < 100 ? 1 : 0;
      console.log(`  ${name.padEnd(44)} ${figure.value.toFixed(digits).padStart(12)}`);
    },
  };
}
