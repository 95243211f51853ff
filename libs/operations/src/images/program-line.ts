import { imageProgramLineSchema, type ImageProgramLine } from '@polydev/contract';

/** A line of the program's output, in a list; an empty one where it is none of its protocol. Pure. */
export const programLine = (line: string): readonly ImageProgramLine[] => {
  try {
    const { data } = imageProgramLineSchema.safeParse(JSON.parse(line));
    return data === undefined ? [] : [data];
  } catch {
    return [];
  }
};
