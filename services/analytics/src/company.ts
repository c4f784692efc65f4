/** The currency that figures are given in when nobody names another. */
export const companyCurrency = 'CNY';
