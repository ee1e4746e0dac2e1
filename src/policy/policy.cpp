// Replaced by the first source of vap/.
