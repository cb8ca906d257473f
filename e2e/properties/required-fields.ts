export const requiredFields: readonly string[] = [];
